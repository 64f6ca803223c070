set(here "${CMAKE_CURRENT_LIST_DIR}")
pillarbox_unit_test(dkim
    SOURCES
        ${here}/another_signer_test.cpp
        ${here}/canonical_test.cpp
        ${here}/key_record_test.cpp
        ${here}/signature_test.cpp
        ${here}/signer_test.cpp
        ${here}/tag_list_test.cpp
        ${here}/verifier_test.cpp
    LINK pillarbox_dkim)
