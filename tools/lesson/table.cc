#include "tools/lesson/table.h"

namespace uaio::lesson {
namespace {

constexpr size_t kTextColumns = 29;
constexpr size_t kWidths[kRooms] = {0, 5, 5, 6, 6, 6, 7, 8, 7};

constexpr const char* kBold = "\033[1m";
constexpr const char* kPlain = "\033[0m";

// In columns, not bytes: what stands here is ASCII.
std::string padded(const std::string& text, size_t columns) {
    return text.size() < columns ? text + std::string(columns - text.size(), ' ') : text + ' ';
}

// Who is in the room: the mover, if he is there, in bold letters.
std::string cell(const Walk& walk, const Row& row, Room room, bool bold) {
    std::string text;
    size_t letters = 0;
    bool passed =
        room == Room::kDoor ? row.submission || row.express : room == Room::kDesk && row.submission;
    if (passed) {
        text = ">";
        ++letters;
    }
    for (size_t i = 0; i < row.rooms.size(); ++i) {
        if (row.rooms[i] != room) continue;
        bool moved = bold && i == row.mover;
        text += (moved ? kBold : "") + std::string(1, walk.names[i]) + (moved ? kPlain : "");
        ++letters;
    }
    size_t width = kWidths[static_cast<size_t>(room)];
    return text + std::string(letters < width ? width - letters : 1, ' ');
}

std::string without_end(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string line_of(const Walk& walk, const Row& row, bool bold) {
    bool remark = row.mover == kNoOne;
    std::string text = remark ? "- " + row.text : "  " + row.text;
    std::string line = padded(text, kTextColumns);
    if (remark && bold) line = kBold + line + kPlain;
    if (text.size() < kTextColumns) {
        for (size_t room = 1; room < kRooms; ++room) {
            line += cell(walk, row, static_cast<Room>(room), bold);
        }
    }
    return without_end(line);
}

}  // namespace

bool print_table(std::ostream& out, const Walk& walk, bool bold,
                 const std::function<bool()>& pause) {
    std::string head = std::string(kTextColumns, ' ');
    for (size_t room = 1; room < kRooms; ++room) {
        head += padded(name_of(static_cast<Room>(room)), kWidths[room]);
    }
    out << without_end(head) << '\n';
    for (const Row& row : walk.rows) {
        out << line_of(walk, row, bold) << '\n';
        if (!pause()) return false;
    }
    return true;
}

namespace {

constexpr size_t kNameColumns = 24;
constexpr size_t kValueColumns = 20;

// "A C B".
std::string spaced(const std::string& names) {
    std::string text;
    for (char name : names) text += (text.empty() ? "" : " ") + std::string(1, name);
    return text.empty() ? "none" : text;
}

void print_line(std::ostream& out, const std::string& name, const std::string& ours,
                const std::string& strict) {
    out << padded(name, kNameColumns) << padded(ours, kValueColumns) << strict << '\n';
}

}  // namespace

void print_comparison(std::ostream& out, const Walk& ours, const Walk& strict) {
    print_line(out, "Beside each other", "ours", "glibc's rule");
    print_line(out, "  taken by workers", spaced(ours.taken), spaced(strict.taken));
    print_line(out, "  published", spaced(ours.published), spaced(strict.published));
    print_line(out, "  at work at one time", std::to_string(ours.most_at_work),
               std::to_string(strict.most_at_work));
}

}  // namespace uaio::lesson
