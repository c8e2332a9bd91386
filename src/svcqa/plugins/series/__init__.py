"""Metrics on monthly series: process charts, trend, season, forecast, funnel."""
