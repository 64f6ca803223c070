#include "server/mailflow/summary.hpp"

#include "server/mime/summary.hpp"

#include <utility>

namespace pillarbox::mailflow {

storage::Summary summary_of(std::string_view head)
{
    mime::Summary found = mime::summarise(head);
    return {.sender_name = std::move(found.sender_name),
            .sender_address = std::move(found.sender_address),
            .subject = std::move(found.subject),
            .preview = std::move(found.preview),
            .message_id = std::move(found.message_id),
            .thread_key = std::move(found.thread_key),
            .date = found.date,
            .attachments = found.attachments};
}

} // namespace pillarbox::mailflow
