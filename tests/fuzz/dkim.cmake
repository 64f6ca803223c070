pillarbox_fuzz_target(dkim LINK pillarbox_dkim)
