"""Sandboxes: organisations in which programs rehearse, with a clock and people of their own. Source: docs/adr/0013"""
