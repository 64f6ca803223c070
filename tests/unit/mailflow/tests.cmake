pillarbox_unit_test(mailflow
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/authentication_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/bounce_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/forged_results_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/held_mail_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/index_text_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/intake_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/judgement_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/line_form_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/policy_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/routing_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sender_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/srs_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/submission_header_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/trace_test.cpp
    LINK pillarbox_mailflow pillarbox_support)
