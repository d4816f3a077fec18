"""What others may build upon: `gerald.plugin`. Everything else of Gerald may change from one version to the next."""
