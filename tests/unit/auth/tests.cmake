pillarbox_unit_test(auth
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/digest_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/jwks_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/jwt_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/key_file_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/login_recent_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/login_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/login_token_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/password_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/recent_passwords_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sasl_oauth_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sasl_scram_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sasl_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scram_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/throttle_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/token_claims_test.cpp
    LINK pillarbox_auth pillarbox_support Boost::json OpenSSL::Crypto)
