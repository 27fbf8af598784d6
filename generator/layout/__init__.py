"""Layouts: the source of a page as data, and the Word templates made from it."""

from __future__ import annotations

from generator.layout.build import build_template, build_templates
from generator.layout.load import Layouts, load_layouts
from generator.layout.model import Layout

__all__ = ["Layout", "Layouts", "build_template", "build_templates", "load_layouts"]
