set(here ${CMAKE_CURRENT_LIST_DIR})
pillarbox_unit_test(api
    SOURCES
        ${here}/admin_accounts_test.cpp
        ${here}/admin_addresses_test.cpp
        ${here}/admin_queue_test.cpp
        ${here}/answer_test.cpp
        ${here}/autoconfig_test.cpp
        ${here}/batch_test.cpp
        ${here}/devices_test.cpp
        ${here}/drafts_test.cpp
        ${here}/events_test.cpp
        ${here}/mailboxes_test.cpp
        ${here}/messages_test.cpp
        ${here}/openapi_test.cpp
        ${here}/own_mailboxes_test.cpp
        ${here}/search_test.cpp
        ${here}/sending_test.cpp
        ${here}/serve_test.cpp
        ${here}/session_test.cpp
        ${here}/setup_test.cpp
        ${here}/site_fixture.cpp
        ${here}/site_test.cpp
        ${here}/text_test.cpp
        ${here}/trace_test.cpp
        ${here}/undo_test.cpp
        ${here}/vault_test.cpp
    LINK pillarbox_api pillarbox_support Boost::json)
