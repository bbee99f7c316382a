package programs

import "slices"

// A mailing is one case: what to change in a plain job, and what must come of
// it on both engines.
type mailing struct {
	name   string
	only   string // the one driver that it is for
	ini    []string
	change func(*job)
	// How often plain PHP connects, by driver and way, where it is not once.
	connects map[string]int
	fails    map[string]string // by driver and way: what the driver must print; nil where all is sent
}

// mailings, where DIR is the directory of certificates. After a handshake that
// failed PHP goes on in clear, so that what the libraries log then is noise.
var mailings = []mailing{
	{name: "text", change: func(j *job) { j.Debug = true }},
	{name: "address", change: func(j *job) { j.Host, j.Debug = "127.0.0.1", true }},
	{name: "attachment", change: func(j *job) { j.Text, j.Attach = "The file is attached.\n", "DIR/large.bin" }},
	{name: "ten messages", change: func(j *job) { j.Messages, j.Debug = 10, true }},
	{name: "fsockopen", only: "netsmtp", ini: []string{"openssl.cafile=DIR/ca.pem"}, change: func(j *job) { j.Options, j.Debug = nil, true }},
	{name: "pipelining", only: "netsmtp", change: func(j *job) { j.Messages, j.Pipelining, j.Debug = 3, true, true }},
	{name: "restarts", only: "symfonymailer", change: func(j *job) { j.Messages, j.Restart, j.Debug = 5, 2, true }, connects: map[string]int{"symfonymailer starttls": 3, "symfonymailer implicit": 3}},
	{name: "trusting everybody", change: func(j *job) {
		j.Options, j.Debug = map[string]any{"ssl": map[string]any{"verify_peer": false, "verify_peer_name": false}}, true
	}},
	{
		name:     "unknown authority",
		connects: map[string]int{"hordesmtp implicit": 4},
		change: func(j *job) {
			j.Options, j.Debug = ssl("cafile", "DIR/other-ca.pem"), j.TLS == "implicit"
		},
		fails: map[string]string{
			"phpmailer starttls":     "Connection failed. stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed\n",
			"phpmailer implicit":     "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not connect to SMTP host.\n",
			"netsmtp starttls":       "RuntimeException (0): STARTTLS failed / \n",
			"netsmtp implicit":       "RuntimeException (0): Failed to connect socket: stream_socket_client(): Unable to connect to ssl://localhost:PORT (Unknown error) / \n",
			"swiftmailer starttls":   "Swift_TransportException (0): Unable to connect with TLS encryption\n",
			"swiftmailer implicit":   "Connection could not be established with host localhost :stream_socket_client(): SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed\n",
			"symfonymailer starttls": "TransportException (0): Unable to connect with STARTTLS: stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed\n",
			"symfonymailer implicit": "TransportException (0): Connection could not be established with host \"ssl://localhost:PORT\": stream_socket_client(): SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed\n",
			"hordesmtp starttls":     "Horde_Smtp_Exception (100): Could not open secure TLS connection to the server.\n",
			"hordesmtp implicit":     "Horde_Smtp_Exception (1): Error connecting to SMTP server.\n",
		},
	},
	{
		name:     "wrong name",
		connects: map[string]int{"hordesmtp implicit": 4},
		change: func(j *job) {
			j.Options, j.Debug = ssl("cafile", "DIR/ca.pem", "peer_name", "mail.example.net"), j.TLS == "implicit"
		},
		fails: map[string]string{
			"phpmailer starttls":     "Connection failed. stream_socket_enable_crypto(): Peer certificate subjectAltName did not match expected name `mail.example.net'\n",
			"phpmailer implicit":     "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not connect to SMTP host.\n",
			"netsmtp starttls":       "RuntimeException (0): STARTTLS failed / \n",
			"netsmtp implicit":       "RuntimeException (0): Failed to connect socket: stream_socket_client(): Unable to connect to ssl://localhost:PORT (Unknown error) / \n",
			"swiftmailer starttls":   "Swift_TransportException (0): Unable to connect with TLS encryption\n",
			"swiftmailer implicit":   "Connection could not be established with host localhost :stream_socket_client(): Peer certificate subjectAltName did not match expected name `mail.example.net'\n",
			"symfonymailer starttls": "TransportException (0): Unable to connect with STARTTLS: stream_socket_enable_crypto(): Peer certificate subjectAltName did not match expected name `mail.example.net'\n",
			"symfonymailer implicit": "TransportException (0): Connection could not be established with host \"ssl://localhost:PORT\": stream_socket_client(): Peer certificate subjectAltName did not match expected name `mail.example.net'\n",
			"hordesmtp starttls":     "Horde_Smtp_Exception (100): Could not open secure TLS connection to the server.\n",
			"hordesmtp implicit":     "Horde_Smtp_Exception (1): Error connecting to SMTP server.\n",
		},
	},
	{
		name:   "wrong password",
		change: func(j *job) { j.Password, j.Debug = "wrong", true },
		fails: map[string]string{
			"phpmailer starttls":     "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not authenticate.\n",
			"phpmailer implicit":     "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not authenticate.\n",
			"netsmtp starttls":       "RuntimeException (535): Invalid response code received from server / \n",
			"netsmtp implicit":       "RuntimeException (535): Invalid response code received from server / \n",
			"swiftmailer starttls":   "Failed to authenticate on SMTP server with username \"ann\" using 2 possible authenticators.",
			"swiftmailer implicit":   "Failed to authenticate on SMTP server with username \"ann\" using 2 possible authenticators.",
			"symfonymailer starttls": "Failed to authenticate on SMTP server with username \"ann\" using the following authenticators: \"LOGIN\", \"PLAIN\".",
			"symfonymailer implicit": "Failed to authenticate on SMTP server with username \"ann\" using the following authenticators: \"LOGIN\", \"PLAIN\".",
			"hordesmtp starttls":     "Horde_Smtp_Exception (101): Server denied authentication.\n",
			"hordesmtp implicit":     "Horde_Smtp_Exception (101): Server denied authentication.\n",
		},
	},
}

func ssl(pairs ...string) map[string]any {
	options := map[string]any{}
	for pair := range slices.Chunk(pairs, 2) {
		options[pair[0]] = pair[1]
	}
	return map[string]any{"ssl": options}
}
