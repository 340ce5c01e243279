"""What can be ordered: packages, what each includes, rates, duties and entitlements."""
