"use strict";
(() => {
  const tools = document.querySelector(".tools");
  const rows = [...document.querySelectorAll("#requirements .req")];
  if (tools && rows.length) {
    const search = tools.querySelector("input");
    const chips = [...tools.querySelectorAll("button[data-outcome]")];
    const shown = tools.querySelector("output");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const show = () => {
      const wanted = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.outcome);
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row, at) => {
        const fits = (!wanted.length || wanted.includes(row.dataset.outcome)) && words.every((word) => texts[at].includes(word));
        row.hidden = !fits;
        count += fits;
      });
      document.querySelectorAll("#requirements section").forEach((group) => {
        group.hidden = !group.querySelector(".req:not([hidden])");
      });
      shown.textContent = `${count} / ${rows.length}`;
    };
    chips.forEach((chip) => chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      show();
    }));
    search.addEventListener("input", show);
    tools.hidden = false;
    show();
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.matches("details")) named.open = true;
  }
  document.querySelectorAll("a[href^='#r-']").forEach((link) => link.addEventListener("click", () => {
    const named = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (named) { named.hidden = false; named.closest("section").hidden = false; named.open = true; }
  }));
  document.querySelectorAll("pre.curl").forEach((block) => {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = block.dataset.copy;
    button.addEventListener("click", () => {
      const range = document.createRange();
      range.selectNodeContents(block);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      if (navigator.clipboard) navigator.clipboard.writeText(block.textContent);
      else document.execCommand("copy");
      button.textContent = "✓";
    });
    block.before(button);
  });
})();
