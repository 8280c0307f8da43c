"""config.toml and the environment: read once, checked whole, handed on frozen."""
