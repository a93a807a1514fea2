// Walks as a picture (SVG), one panel beneath the other: a line for each request, from left to
// right through the steps of the walk, coloured by the room in which the request is. Steps have no
// length in time, so that the same lesson gives the same picture each time.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tools/lesson/walk.h"

namespace uaio::lesson {

struct Panel {
    std::string title;
    const Walk* walk;
};

void print_picture(std::ostream& out, const std::string& title, const std::vector<Panel>& panels);

}  // namespace uaio::lesson
