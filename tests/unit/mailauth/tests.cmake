pillarbox_unit_test(mailauth
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/arc_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/dmarc_facts_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/dmarc_record_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/dmarc_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/iprev_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/results_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/spf_macro_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/spf_record_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/spf_test.cpp
    LINK pillarbox_mailauth pillarbox_support)
