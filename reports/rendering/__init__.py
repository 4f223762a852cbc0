"""Results written down: Markdown, HTML, JUnit, charts and the formats of CI systems."""
