#pragma once

#include "server/base/config.hpp"

#include <string>
#include <vector>

namespace pillarbox::admin {

/// `sendmail`: takes a message from a local program at standard input, and
/// stores it for all of its recipients, durably, or for none. It goes into the
/// data directory beside a server that may be running, so only who may write
/// there can send so: root and the server's user. Returns an exit status of
/// sysexits.h; what went wrong is one sentence at standard error.
int send_mail(const ConfigSources& sources, const std::vector<std::string>& arguments);

/// Whether the program goes by the name of `sendmail`, or of `newaliases`.
bool called_sendmail(int argc, char** argv);

/// The same for a program of that name: its command line is sendmail's alone.
int send_mail(int argc, char** argv);

} // namespace pillarbox::admin
