// `uaio bench` as a person uses it. Method: run the program for an instant and read what it wrote.
//
//     bench_test -- UAIO
#define BOOST_TEST_MODULE bench
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace {

using namespace uaio;

// A folder of its own for each case, which the program has as $TMPDIR.
struct Folder {
    Folder() {
        path = test::scratch_folder() + "/bench_test-XXXXXX";
        test::require(mkdtemp(path.data()) != nullptr, "make a folder");
        setenv("TMPDIR", path.c_str(), 1);
    }
    ~Folder() { std::filesystem::remove_all(path); }

    // The exit status; the output is in the files out and err.
    int bench(const std::string& words) const {
        auto& suite = boost::unit_test::framework::master_test_suite();
        BOOST_TEST_REQUIRE(suite.argc == 2);
        std::string command = std::string(suite.argv[1]) + " bench " + words + " >'" + path +
                              "/out' 2>'" + path + "/err' </dev/null";
        int status = system(command.c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    std::string text(const char* name) const {
        std::ostringstream text;
        text << std::ifstream(path + "/" + name).rdbuf();
        return text.str();
    }

    bool says(const char* name, const std::string& part) const {
        return text(name).find(part) != std::string::npos;
    }

    std::string path;
};

constexpr const char* kTiny = "--rounds 1 --seconds 0.01 --size 1 ";

BOOST_FIXTURE_TEST_CASE(every_peer_that_is_here_is_in_the_report, Folder) {
    std::string words = std::string(kTiny) + "--only 'cached-read-1x1$|parked-100$' --json ";
    BOOST_TEST(bench(words + path + "/samples") == 0, text("err"));
    BOOST_TEST(text("err") == "");
    BOOST_TEST(says("out", "cached-read-1x1"));
    boost::json::value tree = boost::json::parse(text("samples"));
    const auto& loop = tree.at("workloads").at("cached-read-1x1").as_object();
    for (const char* peer :
         {"system", "uaio", "uaio-pool", "uaio-strict", "asio", "asio-uaio", "plain"}) {
        BOOST_TEST_CONTEXT(peer) {
            BOOST_TEST_REQUIRE(loop.contains(peer));
            const auto& samples = loop.at(peer).at("samples").as_array();
            BOOST_TEST_REQUIRE(samples.size() == 1u);
            BOOST_TEST(samples[0].at("operations_per_second").to_number<double>() > 0);
        }
    }
    // A container may forbid these, which is said then.
    for (const char* peer : {"libaio", "io_uring", "asio-uring"}) {
        BOOST_TEST(loop.contains(peer) != says("out", std::string("left out: ") + peer));
    }
    BOOST_TEST(tree.at("workloads").at("parked-100").as_object().size() == 4u);
    BOOST_TEST(tree.at("system").as_object().contains("kernel"));
    BOOST_TEST(tree.at("file_system").as_object().size() > 0u);
}

BOOST_FIXTURE_TEST_CASE(nothing_stays_behind, Folder) {
    BOOST_TEST(bench(std::string(kTiny) + "--only cached-write-1x1 --peers plain") == 0);
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        std::string name = entry.path().filename();
        BOOST_TEST((name == "out" || name == "err"), name);
    }
}

// Whose library is beside the one that is not asked for.
BOOST_FIXTURE_TEST_CASE(our_libaio_can_be_measured_alone, Folder) {
    std::string words = std::string(kTiny) + "--only 'cached-read-1x1$' --peers uaio-libaio";
    BOOST_TEST(bench(words) == 0, text("err"));
    BOOST_TEST(!says("out", "left out"), text("out"));
}

BOOST_FIXTURE_TEST_CASE(the_list_names_workloads_and_peers, Folder) {
    BOOST_TEST(bench("--list") == 0);
    BOOST_TEST(says("out", "* cached-read-1x1\n"));
    BOOST_TEST(says("out", "  uaio-strict "));
}

BOOST_FIXTURE_TEST_CASE(failures_are_one_clear_line, Folder) {
    const std::string only = std::string(kTiny) + "--only cached-read-1x1 --peers ";
    const struct {
        std::string words;
        int status;
        const char* message;
    } rows[] = {
        {"operand", 2, "operand"},
        {"--rounds 0", 2, "--rounds"},
        {"--only nonesuch", 2, "nonesuch"},
        {only + "plain --directory /nonexistent", 1, "/nonexistent"},
        {only + "plain --json /nonexistent/file", 1, "/nonexistent/file"},
        {only + "plain --plot /nonexistent/file", 1, "/nonexistent/file"},
        {only + "uaio --library /nonexistent", 1, "/nonexistent"},
        {only + "uaio --library /etc/passwd", 1, "/etc/passwd"},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.words) {
            BOOST_TEST(bench(row.words) == row.status);
            BOOST_TEST(text("err").starts_with("uaio: bench: "));
            BOOST_TEST(says("err", row.message));
            BOOST_TEST(text("out") == "");
        }
    }
}

// With the workload and every peer by name.
BOOST_FIXTURE_TEST_CASE(a_picture_is_drawn, Folder) {
    std::string words = std::string(kTiny) + "--only cached-read-1x1 --peers uaio,plain --plot ";
    BOOST_TEST(bench(words + path + "/picture.svg") == 0, text("err"));
    BOOST_TEST(text("err") == "");
    BOOST_TEST(says("picture.svg", "<svg"));
    for (const char* part : {">uaio<", ">plain<", "cached-read-1x1", "</svg>"}) {
        BOOST_TEST(says("picture.svg", part), part);
    }
}

// Without gnuplot on the path the run does not even begin.
BOOST_FIXTURE_TEST_CASE(a_picture_needs_gnuplot, Folder) {
    std::string kept = getenv("PATH");
    auto& suite = boost::unit_test::framework::master_test_suite();
    BOOST_TEST_REQUIRE(suite.argc == 2);
    setenv("PATH", path.c_str(), 1);
    int status = bench(std::string(kTiny) + "--peers plain --plot " + path + "/picture.svg");
    setenv("PATH", kept.c_str(), 1);
    BOOST_TEST(status == 1);
    BOOST_TEST(says("err", "--plot needs gnuplot"));
    BOOST_TEST(!std::filesystem::exists(path + "/picture.svg"));
}

// A run whose progress goes to a terminal. Whoever belongs to it holds an end of a pipe.
class TerminalRun {
  public:
    explicit TerminalRun(const std::string& folder) {
        int ends[2];
        test::require(pipe(ends) == 0, "make a pipe");
        master_ = posix_openpt(O_RDWR | O_NOCTTY);
        test::require(grantpt(master_) == 0 && unlockpt(master_) == 0, "make a terminal");
        pid_ = fork();
        test::require(pid_ >= 0, "fork");
        if (pid_ == 0) become_program(folder);
        close(ends[1]);
        reader_ = ends[0];
    }
    ~TerminalRun() {
        close(master_);
        close(reader_);
    }
    TerminalRun(const TerminalRun&) = delete;
    TerminalRun& operator=(const TerminalRun&) = delete;

    // Returns when a measurement begins.
    void wait_for_progress() {
        std::string seen;
        char c;
        while (seen.find("1/1 ") == std::string::npos && read(master_, &c, 1) == 1) seen += c;
        BOOST_TEST(seen.find("1/1 ") != std::string::npos, seen);
    }

    // The wait status.
    int interrupt(int signal) {
        int status = 0;
        kill(pid_, signal);
        test::require(waitpid(pid_, &status, 0) == pid_, "wait");
        return status;
    }

    // Returns when nobody who belongs to the run is left.
    void wait_for_all() {
        char c;
        BOOST_TEST(read(reader_, &c, 1) == 0);
    }

  private:
    [[noreturn]] void become_program(const std::string& folder) {
        int terminal = open(ptsname(master_), O_RDWR | O_NOCTTY);
        dup2(terminal, STDERR_FILENO);
        auto& suite = boost::unit_test::framework::master_test_suite();
        execl(suite.argv[1], "uaio", "bench", "--only=cached-read-1x1$", "--peers=plain",
              "--rounds=1", "--seconds=1000", "--size=1", ("--json=" + folder + "/samples").c_str(),
              nullptr);
        _exit(1);
    }

    int master_;
    int reader_;
    pid_t pid_;
};

BOOST_FIXTURE_TEST_CASE(an_interrupted_run_leaves_nothing, Folder) {
    for (int signal : {SIGINT, SIGTERM, SIGKILL}) {
        TerminalRun run(path);
        run.wait_for_progress();
        int status = run.interrupt(signal);
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_TEST(WTERMSIG(status) == signal);
        run.wait_for_all();
        BOOST_TEST(std::filesystem::is_empty(path));
    }
}

}  // namespace
