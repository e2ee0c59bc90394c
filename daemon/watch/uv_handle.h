// Owns libuv handles: closes them in the destructor; the loop frees them once it no longer needs
// them. Loop thread only.
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
