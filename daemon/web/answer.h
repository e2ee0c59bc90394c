// What is answered to one request head: status, header lines and body parts. Knows HTTP and the
// Site, no sockets; pure but for the clock behind the Date line.
#pragma once

#include <string>

#include "daemon/web/request_reader.h"
#include "daemon/web/site.h"

namespace mtls::daemon {

struct Answer {
  int status = 0;
  std::string head;  // status line to the empty line
  BodyBytes body;    // empty for HEAD
  bool keep_alive = false;
};

Answer answer_to(const RequestHead& request, Site& site);

/// The connection closes after it. `request`: as far as it was understood.
Answer refusal(int status, const RequestHead& request);

}  // namespace mtls::daemon
