#include "config/client_fate.h"

namespace mtls::config {

std::string_view word(Served served) {
  switch (served) {
    case Served::kEverywhere: return "everywhere";
    case Served::kSomewhere: return "somewhere";
    case Served::kNowhere: return "nowhere";
    case Served::kUnknown: break;
  }
  return "unknown";
}

}  // namespace mtls::config
