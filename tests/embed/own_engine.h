// OwnEngine: an engine of a test's own.
#pragma once

#include <uaio/engine.h>

#include <errno.h>

#include "tests/support/require.h"

namespace uaio::test {

class OwnEngine {
  public:
    explicit OwnEngine(uaio_options options = {}) {
        options.size = sizeof options;
        engine_ = uaio_engine_create(&options, &errno);
        require(engine_ != nullptr, "create an engine");
    }
    ~OwnEngine() { uaio_engine_destroy(engine_); }
    OwnEngine(const OwnEngine&) = delete;
    OwnEngine& operator=(const OwnEngine&) = delete;

    operator uaio_engine*() const { return engine_; }

  private:
    uaio_engine* engine_;
};

}  // namespace uaio::test
