# Sends a message with Net::SMTP; submitting.py says what the arguments are.
use strict;
use warnings;
use Net::SMTP;

use constant { CANNOT_SIGN_IN => 1, BROKEN => 2 };

my ($port, $security, $user, $password, @recipients) = @ARGV;
my %tls = (SSL_ca_file => 'certificate.pem', SSL_verifycn_name => 'mail.example.test');

sub broken { print STDERR "submit.pl: @_\n"; exit BROKEN }

binmode STDIN;
my $message = do { local $/; <STDIN> };

my @implicit = $security eq 'implicit' ? (SSL => 1, %tls) : ();
my $smtp = Net::SMTP->new('127.0.0.1', Port => $port, Hello => 'client.example', Timeout => 60, @implicit)
    or broken("cannot connect: $@");
if ($security eq 'starttls') { $smtp->starttls(%tls) or broken('no STARTTLS: ' . $smtp->message) }
$smtp->auth($user, $password) or exit CANNOT_SIGN_IN;

$smtp->mail($user, Bits => 8, Size => length $message) or broken('MAIL: ' . $smtp->message);
for my $recipient (@recipients) {
    $smtp->to($recipient, { Notify => ['NEVER'] }) or broken("RCPT $recipient: " . $smtp->message);
}
$smtp->data($message) or broken('DATA: ' . $smtp->message);
$smtp->quit or broken('QUIT: ' . $smtp->message);
