// Whatever follows the '+' of a name is a view within its bounds, which the
// same view written anew is too.

#include "server/pop3/view.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox;
    const std::string_view suffix(reinterpret_cast<const char*>(data), size);
    const auto view = pop3::parse_view(suffix);
    if (!view) return 0;
    if (!view->recent) {
        if (view->mailbox != suffix) std::abort();
    } else {
        using namespace std::chrono_literals;
        if (*view->recent < 1h || *view->recent > 24h * 366 * 10) std::abort();
        std::string anew = view->mailbox.empty() ? "" : view->mailbox + '+';
        anew += "recent:" + std::to_string(view->recent->count()) + 'h';
        if (pop3::parse_view(anew) != view) std::abort();
    }

    std::vector<storage::Mailbox> mailboxes(2);
    mailboxes[0].name = "Junk";
    mailboxes[1].name = view->mailbox;
    const auto* found = pop3::find_mailbox(mailboxes, view->mailbox);
    if (!found || found->name.size() != view->mailbox.size()) std::abort();
    return 0;
}
