//! A mail catcher with an inbox page, for the demo.
