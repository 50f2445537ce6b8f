// Asio is compiled once, here, and not in each file that uses it (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
