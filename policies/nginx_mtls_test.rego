# `opa test policies`. One row per rule that must fire, and the neighbour that must not.
package nginx.mtls_test

import rego.v1

import data.nginx.mtls

good := {
	"file": "/etc/nginx/nginx.conf",
	"line": 7,
	"ssl": true,
	"ssl_verify_client": "on",
	"ssl_verify_depth": 2,
	"ssl_client_certificate": "/etc/nginx/clients.pem",
}

denied(server) := messages if {
	messages := mtls.deny with input as {"servers": [server]}
}

test_a_server_that_demands_certificates_passes if {
	count(denied(good)) == 0
}

test_optional_is_denied if {
	some message in denied(object.union(good, {"ssl_verify_client": "optional"}))
	startswith(message, "/etc/nginx/nginx.conf:7: ssl_verify_client is optional")
}

test_off_is_denied_once_and_only_on_tls if {
	off := object.union(good, {"ssl_verify_client": "off", "ssl_verify_depth": 1})
	count(denied(off)) == 1
	count(denied(object.union(off, {"ssl": false}))) == 0
}

test_a_missing_ca_is_denied if {
	some message in denied(object.remove(good, ["ssl_client_certificate"]))
	contains(message, "ssl_client_certificate is not set")
}

test_a_depth_below_two_is_denied_and_ten_is_not if {
	some message in denied(object.union(good, {"ssl_verify_depth": 1}))
	contains(message, "ssl_verify_depth is 1")
	count(denied(object.union(good, {"ssl_verify_depth": 10}))) == 0
}
