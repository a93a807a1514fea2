// Spread: the median of some samples, and how far they lie apart.
#pragma once

#include <vector>

namespace uaio::bench {

struct Spread {
    double median;  // the mean of the middle two where their number is even
    double low;
    double high;

    // Half the distance of the extremes, as a part of the median; 0 where the median is 0.
    double relative() const;
};

// Of at least one sample.
Spread spread_of(std::vector<double> samples);

}  // namespace uaio::bench
