pillarbox_fuzz_target(base64 LINK pillarbox_base)
pillarbox_fuzz_target(precis LINK pillarbox_base)
pillarbox_fuzz_target(sasl LINK pillarbox_auth)
pillarbox_fuzz_target(jwt LINK pillarbox_auth Boost::json)
