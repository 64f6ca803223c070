// Asio's own sources, compiled once for the whole program: everything is built
// with BOOST_ASIO_SEPARATE_COMPILATION. Asio's SSL is not used; see
// socket_stream.cpp.

#include <boost/asio/impl/src.hpp>
