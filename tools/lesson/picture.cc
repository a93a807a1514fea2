#include "tools/lesson/picture.h"

#include <algorithm>

namespace uaio::lesson {
namespace {

// All lengths are pixels.
constexpr size_t kWidth = 880;
constexpr size_t kMargin = 20;
constexpr size_t kLabels = 190;  // left of the lines
constexpr size_t kTitle = 44;
constexpr size_t kPanelHead = 52;  // with the remarks
constexpr size_t kLine = 30;
constexpr size_t kBar = 18;
constexpr size_t kPanelFoot = 14;
constexpr size_t kLegend = 30;
constexpr size_t kLetters = 6;  // a letter's width, on average
constexpr size_t kRest = 110;   // right of the lines, for the last remark

struct Look {
    Room room;
    const char* name;
    const char* fill;
    const char* text;
};

// Grey, warm, and cool as in the viewer: on its way, waiting, at work.
constexpr Look kLooks[] = {
    {Room::kInbox, "inbox", "#b8bec8", "#1b1f24"},
    {Room::kLane, "lane: it waits", "#f0a64b", "#1b1f24"},
    {Room::kReady, "ready queue", "#a8d5f2", "#1b1f24"},
    {Room::kWorker, "worker", "#1f6fb2", "#ffffff"},
    {Room::kPublish, "published", "#2e8b57", "#ffffff"},
    {Room::kDeliver, "delivered", "#7a5ba8", "#ffffff"},
};

const Look* look_of(Room room) {
    auto found = std::find_if(std::begin(kLooks), std::end(kLooks),
                              [&](const Look& look) { return look.room == room; });
    return found == std::end(kLooks) ? nullptr : found;
}

std::string escaped(const std::string& text) {
    std::string result;
    for (char letter : text) {
        if (letter == '&') {
            result += "&amp;";
        } else if (letter == '<') {
            result += "&lt;";
        } else {
            result += letter;
        }
    }
    return result;
}

class Drawing {
  public:
    Drawing(std::ostream& out, const std::vector<Panel>& panels) : out_(out) {
        size_t steps = 1;
        for (const Panel& panel : panels) steps = std::max(steps, steps_of(*panel.walk));
        step_ = static_cast<double>(kWidth - 2 * kMargin - kLabels - kRest) /
                static_cast<double>(steps);
    }

    void text(double x, double y, const char* style, const std::string& words) {
        out_ << "<text x=\"" << x << "\" y=\"" << y << "\" class=\"" << style << "\">"
             << escaped(words) << "</text>\n";
    }

    void bar(double x, double y, double width, const Look& look, const std::string& tip) {
        used_[static_cast<size_t>(look.room)] = true;
        out_ << "<rect x=\"" << x << "\" y=\"" << y << "\" width=\"" << width << "\" height=\""
             << kBar << "\" rx=\"3\" fill=\"" << look.fill << "\"><title>" << escaped(tip)
             << "</title></rect>\n";
    }

    void panel(const Panel& panel, double top) {
        const Walk& walk = *panel.walk;
        text(kMargin, top + 16, "panel", panel.title);
        remarks(walk, top);
        for (size_t i = 0; i < walk.names.size(); ++i) {
            double y = top + kPanelHead + static_cast<double>(i * kLine);
            text(kMargin, y + 13, "label", walk.names[i] + ("  " + walk.labels[i]));
            line(walk, i, y);
        }
    }

    // Of the rooms that somebody has been in.
    void legend(double top) {
        double x = kMargin;
        for (const Look& look : kLooks) {
            if (!used_[static_cast<size_t>(look.room)]) continue;
            bar(x, top, kBar, look, look.name);
            text(x + kBar + 6, top + 13, "label", look.name);
            x += kBar + 30 + static_cast<double>(kLetters * std::string(look.name).size());
        }
    }

  private:
    // Remarks stand between steps and take no room.
    static size_t steps_of(const Walk& walk) {
        return static_cast<size_t>(
            std::count_if(walk.rows.begin(), walk.rows.end(),
                          [](const Row& row) { return row.mover != kNoOne; }));
    }

    double x_of(size_t step) const { return kMargin + kLabels + step_ * static_cast<double>(step); }

    // In turns on two heights, so that neighbours do not touch.
    void remarks(const Walk& walk, double top) {
        size_t step = 0;
        size_t count = 0;
        double bottom = top + kPanelHead + static_cast<double>(walk.names.size() * kLine) - 8;
        for (const Row& row : walk.rows) {
            if (row.mover != kNoOne) {
                ++step;
                continue;
            }
            double y = top + (count++ % 2 == 0 ? 26 : 40);
            out_ << "<line x1=\"" << x_of(step) << "\" x2=\"" << x_of(step) << "\" y1=\"" << y + 3
                 << "\" y2=\"" << bottom << "\" class=\"remark\"/>\n";
            text(x_of(step) + 3, y, "remark", row.text);
        }
    }

    // One bar for each stay in a room.
    void line(const Walk& walk, size_t request, double y) {
        Room room = Room::kNowhere;
        size_t begin = 0;
        size_t step = 0;
        auto end_stay = [&] {
            if (const Look* look = look_of(room); look != nullptr && step > begin) {
                bar(x_of(begin), y, x_of(step) - x_of(begin) - 1, *look,
                    walk.names[request] + (std::string(": ") + look->name));
            }
            begin = step;
        };
        for (const Row& row : walk.rows) {
            if (row.mover == kNoOne) continue;
            if (row.rooms[request] != room) {
                end_stay();
                room = row.rooms[request];
            }
            ++step;
        }
        end_stay();
    }

    std::ostream& out_;
    double step_;
    bool used_[kRooms] = {};
};

double height_of(const Panel& panel) {
    return static_cast<double>(kPanelHead + panel.walk->names.size() * kLine + kPanelFoot);
}

}  // namespace

// White paper of its own, so that it can be read on any page.
void print_picture(std::ostream& out, const std::string& title, const std::vector<Panel>& panels) {
    double height = kTitle + kLegend + kMargin;
    for (const Panel& panel : panels) height += height_of(panel);
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << kWidth << "\" height=\""
        << height << "\" viewBox=\"0 0 " << kWidth << ' ' << height
        << "\" font-family=\"sans-serif\">\n<title>" << escaped(title) << "</title>\n<style>\n"
        << "text { fill: #1b1f24; font-size: 12px }\n"
        << ".title { font-size: 17px; font-weight: bold }\n"
        << ".panel { font-size: 14px; font-weight: bold }\n"
        << ".remark { font-size: 10.5px; fill: #57606a }\n.hint { text-anchor: end }\n"
        << "line.remark { stroke: #8b949e; stroke-dasharray: 2 3 }\n</style>\n"
        << "<rect width=\"" << kWidth << "\" height=\"" << height
        << "\" rx=\"8\" fill=\"#ffffff\"/>\n";
    Drawing drawing(out, panels);
    drawing.text(kMargin, 28, "title", title);
    drawing.text(kWidth - kMargin, 28, "remark hint", "from left to right, step by step");
    double top = kTitle;
    for (const Panel& panel : panels) {
        drawing.panel(panel, top);
        top += height_of(panel);
    }
    drawing.legend(top);
    out << "</svg>\n";
}

}  // namespace uaio::lesson
