// Plays transcripts: each file in three modes, in memory and over a socket.
//
//     transcripts [--memory|--socket] FILE...

#include "server/base/log.hpp"
#include "tests/transcripts/runner/player.hpp"

#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

int main(int argc, char** argv)
{
    namespace transcripts = pillarbox::transcripts;
    using transcripts::Mode;
    using transcripts::Transport;

    std::vector<Transport> transports{Transport::memory, Transport::socket};
    std::vector<const char*> files;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--memory")
            transports = {Transport::memory};
        else if (argument == "--socket")
            transports = {Transport::socket};
        else
            files.push_back(argv[i]);
    }
    pillarbox::Log::configure(pillarbox::Log::Level::error, pillarbox::Log::Format::text);

    int played = 0;
    int failed = 0;
    for (const char* file : files) {
        for (const Transport transport : transports) {
            for (const Mode mode : {Mode::lines, Mode::burst, Mode::octets}) {
                try {
                    const auto script = transcripts::read_script(file);
                    if (!transcripts::applies(script, mode, transport)) continue;
                    ++played;
                    transcripts::play(script, mode, transport);
                } catch (const std::exception& fault) {
                    ++failed;
                    std::printf("%s\n", fault.what());
                }
            }
        }
    }
    std::printf("%d played, %d failed\n", played, failed);
    return played == 0 || failed > 0;
}
