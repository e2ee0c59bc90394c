// What is answered to one request head: status, header lines and body parts. Knows HTTP and the
// Site, no sockets; pure but for the clock behind the Date line.
#pragma once

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

/// Name to value; in the place of a header of ours with the same name.
using ConfiguredHeaders = std::map<std::string, std::string>;

Response response_to(const RequestHead& request, Site& site, const ConfiguredHeaders& headers);

/// The connection closes after it. `request`: as far as it was understood.
Response refusal(int status, const RequestHead& request, const ConfiguredHeaders& headers = {});

}  // namespace mtls::daemon::web::http
