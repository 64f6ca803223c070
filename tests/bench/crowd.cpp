// What others do not feel: how long a delivery takes while many sessions say
// nothing and many send their message octet by octet, against the same server
// without them.
//
//     bench_crowd [--json FILE] [--seconds N]

#include "server/net/descriptor.hpp"
#include "tests/bench/support_crowd.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/bench/support_smtp_load.hpp"

#include <cstddef>
#include <vector>

namespace {

using namespace pillarbox::bench;

constexpr int rounds = 5;
constexpr std::size_t connections = 10;
constexpr double percentile = 0.99;

double p99(const Server& server, const Arguments& arguments)
{
    settle_disk(server.data());
    const Load load{.port = server.port("smtp"),
                    .recipients = server.addresses(),
                    .connections = connections,
                    .time = arguments.time()};
    return quantile(deliver(load).waits(), percentile);
}

int measure(const Arguments& arguments)
{
    pillarbox::net::raise_descriptor_limit();
    const Folder folder;
    // Nothing is indexed in the pauses, when others are measured.
    Server server(folder.path(), 20, {"storage.search=false"});
    server.start();

    constexpr Crowd::Size size;
    std::vector<double> quiet, crowded, ratios;
    std::size_t lost = 0;
    for (int round = 0; round < rounds; ++round) {
        quiet.push_back(p99(server, arguments));
        {
            const Crowd crowd(server.port("smtp"), Server::address(0), size);
            crowded.push_back(p99(server, arguments));
            lost += crowd.lost();
        }
        ratios.push_back(crowded.back() / quiet.back());
        while (server.connections() > 0) {
        } // until it has noticed
    }
    server.stop();

    Report report("crowd");
    report.subject("10 connections, 10 KiB: wait for the 250, beside 1,000 that send an octet a second and "
                   "5,000 that say nothing");
    report.info("p99 without them", median(quiet), "ms");
    report.info("p99 beside them", median(crowded), "ms");
    report.at_most("beside them, against without", median(ratios), 2, "");
    report.at_most("of the slow ones, sent away", static_cast<double>(lost), 0, "");
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}
