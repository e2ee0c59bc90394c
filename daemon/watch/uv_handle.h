// Ownership of libuv handles: closed when the owner goes, freed by the loop once it has let go.
// Loop thread only.
#pragma once

#include <memory>

#include <uv.h>

namespace mtls::daemon::watch {

struct CloseUvHandle {
  template <class Handle>
  void operator()(Handle* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};

template <class Handle>
using UvHandle = std::unique_ptr<Handle, CloseUvHandle>;

}  // namespace mtls::daemon::watch
