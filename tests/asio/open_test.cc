// Goal: files are opened, assigned, moved, closed and asked as Asio's are.
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <type_traits>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/asio/fixture.h"

namespace uaio::test {
namespace {

using Files = boost::mpl::list<RandomFile, StreamFile>;
using Context = net::io_context::executor_type;

BOOST_FIXTURE_TEST_SUITE(open, Fixture)

BOOST_AUTO_TEST_CASE_TEMPLATE(constructors_open_files_or_leave_them_closed, File, Files) {
    std::string path = folder.make("file", "bytes");
    BOOST_TEST(!File(context).is_open());
    BOOST_TEST(!File(context.get_executor()).is_open());
    BOOST_TEST(File(context, path, file_base::read_only).is_open());
    BOOST_TEST(File(context, path.c_str(), file_base::read_only).is_open());
    BOOST_TEST(File(context.get_executor(), path, file_base::read_only).is_open());
    BOOST_TEST(File(context.get_executor(), path.c_str(), file_base::read_only).is_open());
    int fd = ::open(path.c_str(), O_RDONLY);
    File assigned(context, fd);
    BOOST_TEST(assigned.native_handle() == fd);
    BOOST_TEST(File(context.get_executor(), dup(fd)).is_open());
    BOOST_CHECK_THROW(File(context, folder.path("none"), file_base::read_only),
                      boost::system::system_error);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(flags_are_those_of_open, File, Files) {
    File file(context);
    error_code error;
    file.open(folder.path("new"), file_base::read_write, error);
    BOOST_TEST(error == net::error::make_error_code(net::error::basic_errors(ENOENT)));
    file.open(folder.path("new"), file_base::read_write | file_base::create);
    file.close();
    file.open(folder.path("new"), file_base::write_only | file_base::create | file_base::exclusive,
              error);
    BOOST_TEST(error.value() == EEXIST);
    folder.make("new", "contents");
    file.open(folder.path("new"), file_base::read_write | file_base::truncate);
    BOOST_TEST(file.size() == 0u);
    int flags = fcntl(file.native_handle(), F_GETFL);
    BOOST_TEST((flags & O_ACCMODE) == O_RDWR);
    file.close();
    file.open(folder.path("new"),
              file_base::write_only | file_base::append | file_base::sync_all_on_write);
    flags = fcntl(file.native_handle(), F_GETFL);
    BOOST_TEST((flags & O_APPEND) != 0);
    BOOST_TEST((flags & O_SYNC) == O_SYNC);
    BOOST_TEST((~(~file_base::append) & file_base::append) == file_base::append);
    BOOST_TEST((file_base::append ^ file_base::append) == file_base::read_only);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_open_file_is_not_opened_again, File, Files) {
    std::string path = folder.make("file", "bytes");
    File file(context, path, file_base::read_only);
    error_code error;
    file.open(path, file_base::read_only, error);
    BOOST_TEST(error == net::error::already_open);
    file.assign(file.native_handle(), error);
    BOOST_TEST(error == net::error::already_open);
    BOOST_CHECK_THROW(file.open(path, file_base::read_only), boost::system::system_error);
    BOOST_CHECK_THROW(file.assign(0), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_file_has_no_descriptor, File, Files) {
    File file(context, folder.make("file", "bytes"), file_base::read_only);
    int fd = file.native_handle();
    file.close();
    BOOST_TEST(!file.is_open());
    BOOST_TEST(file.native_handle() == -1);
    BOOST_TEST(fcntl(fd, F_GETFD) == -1);
    file.close();
    error_code error;
    file.close(error);
    BOOST_TEST(!error);
    file.cancel(error);
    BOOST_TEST(error == net::error::bad_descriptor);
    BOOST_CHECK_THROW(file.cancel(), boost::system::system_error);
    file.size(error);
    BOOST_TEST(error == net::error::bad_descriptor);
    BOOST_CHECK_THROW(file.size(), boost::system::system_error);
    file.resize(3, error);
    BOOST_TEST(bool(error));
    file.sync_all(error);
    BOOST_TEST(error == net::error::bad_descriptor);
    file.sync_data(error);
    BOOST_TEST(error == net::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(destruction_closes_and_release_does_not, File, Files) {
    std::string path = folder.make("file", "bytes");
    int closed, kept;
    {
        File first(context, path, file_base::read_only);
        File second(context, path, file_base::read_only);
        closed = first.native_handle();
        kept = second.release();
        BOOST_TEST(!second.is_open());
    }
    BOOST_TEST(fcntl(closed, F_GETFD) == -1);
    BOOST_TEST(fcntl(kept, F_GETFD) != -1);
    ::close(kept);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_moved_file_is_open_elsewhere, File, Files) {
    File first(context, folder.make("file", "bytes"), file_base::read_only);
    int fd = first.native_handle();
    File second(std::move(first));
    BOOST_TEST(!first.is_open());
    BOOST_TEST(second.native_handle() == fd);
    first = std::move(second);
    BOOST_TEST(first.native_handle() == fd);
    BOOST_TEST(!second.is_open());
    second.open(folder.path("file"), file_base::read_only);
    int replaced = first.native_handle();
    first = std::move(second);
    BOOST_TEST(fcntl(replaced, F_GETFD) == -1);
    BOOST_TEST(first.is_open());
    static_assert(!std::is_copy_constructible_v<File> && !std::is_copy_assignable_v<File>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_file_is_moved_to_a_wider_executor, File, Files) {
    using Narrow = typename File::template rebind_executor<Context>::other;
    static_assert(std::is_same_v<typename Narrow::executor_type, Context>);
    Narrow narrow(context, folder.make("file", "bytes"), file_base::read_only);
    File wide(std::move(narrow));
    BOOST_TEST(wide.is_open());
    BOOST_TEST(!narrow.is_open());
    BOOST_TEST((wide.get_executor() == net::any_io_executor(context.get_executor())));
    narrow.open(folder.path("file"), file_base::read_only);
    wide = std::move(narrow);
    BOOST_TEST(wide.size() == 5u);
    static_assert(!std::is_constructible_v<Narrow, File&&>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(size_resize_and_sync_are_the_systems, File, Files) {
    File file(context, folder.make("file", "bytes"), file_base::read_write);
    BOOST_TEST(file.size() == 5u);
    file.resize(9);
    error_code error = net::error::eof;
    BOOST_TEST(file.size(error) == 9u);
    BOOST_TEST(!error);
    file.sync_all();
    file.sync_data();
    file.resize(2, error);
    BOOST_TEST(!error);
    BOOST_TEST(folder.contents("file") == "by");
}

BOOST_AUTO_TEST_CASE(a_stream_is_sought) {
    StreamFile file(context, folder.make("file", "0123456789"), file_base::read_only);
    BOOST_TEST(file.seek(-4, file_base::seek_end) == 6u);
    char data[2];
    BOOST_TEST(file.read_some(net::buffer(data)) == 2u);
    BOOST_TEST(std::string(data, 2) == "67");
    BOOST_TEST(file.seek(-1, file_base::seek_cur) == 7u);
    error_code error;
    BOOST_TEST(file.seek(1, file_base::seek_set, error) == 1u);
    file.seek(-1, file_base::seek_set, error);
    BOOST_TEST(error == net::error::invalid_argument);
    BOOST_CHECK_THROW(file.seek(-1, file_base::seek_set), boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio::test
