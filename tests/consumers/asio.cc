// A program of somebody else: reads the first bytes of a file by Boost.Asio and prints them.
#include <array>
#include <cstdio>
#include <iostream>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <uaio/asio/random_access_file.hpp>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: asio FILE\n";
        return 2;
    }
    boost::asio::io_context context;
    uaio::asio::random_access_file file(context, argv[1],
                                        uaio::asio::random_access_file::read_only);
    std::array<char, 6> data;
    boost::system::error_code outcome;
    size_t bytes = 0;
    file.async_read_some_at(0, boost::asio::buffer(data),
                            [&](boost::system::error_code error, size_t count) {
                                outcome = error;
                                bytes = count;
                            });
    context.run();
    std::cout.write(data.data(), static_cast<std::streamsize>(bytes)) << '\n';
    return outcome ? 1 : 0;
}
