// Beast is compiled once, here, and not in each file that uses it. Asio itself:
// base/asio_source.cpp.
#include <boost/beast/src.hpp>
