pillarbox_unit_test(admin
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/address_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/local_letter_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/quota_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sendmail_options_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/table_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/until_test.cpp
    LINK pillarbox_admin)
