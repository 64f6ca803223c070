pillarbox_unit_test(signing
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/domain_keys_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/domain_signer_test.cpp
    LINK pillarbox_signing pillarbox_support)
