# Fetches mail with Net::POP3; fetching.py says what the arguments and files are.
use strict;
use warnings;
use Net::POP3;

use constant { CANNOT_SIGN_IN => 1, BROKEN => 2 };

my ($port, $security, $user, $password, $afterwards) = @ARGV;
my %tls = (SSL_ca_file => 'certificate.pem', SSL_verifycn_name => 'mail.example.test');

sub broken { print STDERR "fetch.pl: @_\n"; exit BROKEN }

my %seen;
if (open my $file, '<', 'seen') { chomp(my @lines = <$file>); @seen{@lines} = () }

my @implicit = $security eq 'implicit' ? (SSL => 1, %tls) : ();
my $pop = Net::POP3->new('127.0.0.1', Port => $port, Timeout => 60, @implicit) or broken("cannot connect: $@");
if ($security eq 'stls') { $pop->starttls(%tls) or broken('no STLS: ' . $pop->message) }

# False is a refusal; an empty maildrop is the true zero `0E0`.
$pop->login($user, $password) or exit CANNOT_SIGN_IN;

my $ids = $pop->uidl or broken('UIDL: ' . $pop->message);
for my $number (sort { $a <=> $b } keys %$ids) {
    next if exists $seen{$ids->{$number}};
    my $lines = $pop->get($number) or broken("RETR $number: " . $pop->message);
    open my $message, '>:raw', "got/$number" or broken("got/$number: $!");
    print $message @$lines;
    close $message or broken("got/$number: $!");
    if ($afterwards eq 'delete') { $pop->delete($number) or broken("DELE $number: " . $pop->message) }
}
$pop->quit or broken('QUIT: ' . $pop->message);

open my $file, '>', 'seen' or broken("seen: $!");
print $file "$_\n" for values %$ids;
close $file or broken("seen: $!");
