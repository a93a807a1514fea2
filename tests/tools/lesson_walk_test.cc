// What is shown of a lesson: its rows, the table, the picture. Method: a recording that was never
// made, of two requests of which the second waits for the first; the picture is read back by an XML
// parser.
#define BOOST_TEST_MODULE lesson_walk
#include <errno.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "aio/trace.h"
#include "tools/lesson/picture.h"
#include "tools/lesson/play.h"
#include "tools/lesson/table.h"
#include "tools/lesson/walk.h"
#include "tools/uaio/trace_file.h"

namespace uaio::lesson {
namespace {

using tools::kNobody;
using tools::TraceStep;

TraceStep step_of(Step step, size_t request, State state = State::kReady, size_t other = kNobody,
                  int64_t value = 0) {
    TraceStep result{};
    result.step = step;
    result.state = state;
    result.request = request;
    result.other_request = other;
    result.value = value;
    return result;
}

Cue cue_of(Cue::Kind kind, char name, size_t steps, const std::string& text) {
    return {kind, name, 1, steps, text};
}

Recording recording() {
    Recording result{};
    result.trace.requests.resize(2);
    result.trace.steps = {
        step_of(Step::kSubmit, 0),
        step_of(Step::kSpawn, kNobody),
        step_of(Step::kAdmit, 0),
        step_of(Step::kSubmit, 1),
        step_of(Step::kAdmit, 1, State::kBlocked, 0),
        step_of(Step::kTake, 0),
        step_of(Step::kPublish, 0, State::kPublished, kNobody, -EIO),
        step_of(Step::kReady, 1),
        step_of(Step::kRetire, 0),
        step_of(Step::kTake, 1),
        step_of(Step::kPublish, 1, State::kPublished, kNobody, 4),
    };
    result.cues = {
        cue_of(Cue::Kind::kRequest, 'A', 0, "write <0 & 3>"),
        cue_of(Cue::Kind::kRequest, 'B', 0, "write"),
        cue_of(Cue::Kind::kRemark, '-', 5, "in between"),
        cue_of(Cue::Kind::kRemark, '-', 11, "at the end"),
    };
    return result;
}

std::string table_of(const Walk& walk, bool bold) {
    std::ostringstream out;
    print_table(out, walk, bold, [] { return true; });
    return out.str();
}

BOOST_AUTO_TEST_CASE(rows_follow_the_steps_and_the_remarks) {
    Walk walk = make_walk(recording());
    std::vector<std::string> texts;
    for (const Row& row : walk.rows) texts.push_back(row.text);
    std::vector<std::string> wanted = {"A: write <0 & 3>",
                                       "A may run",
                                       "B: write",
                                       "B waits for A",
                                       "in between",
                                       "a worker takes A",
                                       "A published: Input/output error",
                                       "B may run now",
                                       "A retired",
                                       "a worker takes B",
                                       "B published: 4 bytes",
                                       "at the end"};
    BOOST_TEST(texts == wanted, boost::test_tools::per_element());
    BOOST_TEST(walk.taken == "AB");
    BOOST_TEST(walk.published == "AB");
    BOOST_TEST(walk.most_at_work == 1u);
    BOOST_CHECK(walk.rows[3].rooms == (std::vector{Room::kReady, Room::kLane}));
    BOOST_CHECK(walk.rows.back().rooms == (std::vector{Room::kNowhere, Room::kPublish}));
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_announced_is_shown_too) {
    Recording it = recording();
    it.cues.clear();
    BOOST_TEST(table_of(make_walk(it), false).find("? may run") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(letters_stand_below_their_rooms) {
    std::istringstream table(table_of(make_walk(recording()), false));
    std::string head;
    std::getline(table, head);
    size_t lane = head.find("lane");
    size_t ready = head.find("ready");
    std::string line;
    while (std::getline(table, line) && line.find("B waits for A") == std::string::npos) continue;
    BOOST_TEST(line.size() > ready);
    BOOST_TEST(line[lane] == 'B');
    BOOST_TEST(line[ready] == 'A');
}

BOOST_AUTO_TEST_CASE(bold_letters_take_no_room) {
    std::string bold = table_of(make_walk(recording()), true);
    for (const char* sequence : {"\033[1m", "\033[0m"}) {
        size_t at;
        BOOST_TEST(bold.find(sequence) != std::string::npos);
        while ((at = bold.find(sequence)) != std::string::npos) bold.erase(at, 4);
    }
    std::istringstream lines(bold);
    std::istringstream plain_lines(table_of(make_walk(recording()), false));
    std::string line;
    std::string plain;
    while (std::getline(plain_lines, plain) && std::getline(lines, line)) {
        line.erase(line.find_last_not_of(' ') + 1);
        BOOST_TEST(line == plain);
    }
}

BOOST_AUTO_TEST_CASE(a_table_ends_when_it_is_enough) {
    std::ostringstream out;
    int lines = 0;
    bool whole = print_table(out, make_walk(recording()), false, [&] { return ++lines < 3; });
    BOOST_TEST(!whole);
    std::string text = out.str();
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1 + 3);
}

BOOST_AUTO_TEST_CASE(a_picture_is_well_formed_and_has_every_request) {
    Walk walk = make_walk(recording());
    std::stringstream out;
    print_picture(out, "one & <other>", {{"first", &walk}, {"second", &walk}});
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(out, tree);
    std::vector<std::string> texts;
    size_t bars = 0;
    for (const auto& [name, element] : tree.get_child("svg")) {
        if (name == "text") texts.push_back(element.data());
        bars += name == "rect" && element.count("title") != 0;
    }
    for (const char* label : {"A  write <0 & 3>", "B  write", "in between"}) {
        BOOST_TEST(std::count(texts.begin(), texts.end(), label) == 2, label);
    }
    BOOST_TEST(texts.front() == "one & <other>");
    // A: inbox, ready, worker, published; B: inbox, lane, ready, worker, published; twice. And the
    // legend: those five rooms.
    BOOST_TEST(bars == 2u * (4 + 5) + 5);
}

}  // namespace
}  // namespace uaio::lesson
