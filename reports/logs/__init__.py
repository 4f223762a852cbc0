"""Container logs read into what a release report needs: starts, stops, errors and their weight."""

from __future__ import annotations

from reports.logs.reading import read_log
from reports.logs.result import Attempt, ErrorGroup, LogReading, Milestone, SigtermLoop, to_json
from reports.logs.rules import Rule, RuleBook, load_rules

__all__ = [
    "Attempt",
    "ErrorGroup",
    "LogReading",
    "Milestone",
    "Rule",
    "RuleBook",
    "SigtermLoop",
    "load_rules",
    "read_log",
    "to_json",
]
