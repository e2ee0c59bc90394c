// The response to one request head: status, header lines and body parts. Knows HTTP and the Site,
// but no sockets. Pure except for the clock behind the Date line.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "daemon/web/http/request_reader.h"
#include "daemon/web/http/site.h"

namespace mtls::daemon::web::http {

struct Response {
  int status = 0;
  std::string head;  // status line to the empty line
  BodyBytes body;    // empty for HEAD
  bool keep_alive = false;
};

/// Name to value; replaces our own header of the same name.
using ConfiguredHeaders = std::map<std::string, std::string>;

struct Answering {
  ConfiguredHeaders headers = {};
  Post post = {};
  std::function<void(Response)> done;
};

/// Calls `done` before it returns, or later through `post` (site.h).
void response_to(const RequestHead& request, Site& site, const Answering& answering);

/// A response after which the connection closes. `request`: as far as it was understood.
Response refusal(int status, const RequestHead& request, const ConfiguredHeaders& headers = {});

}  // namespace mtls::daemon::web::http
