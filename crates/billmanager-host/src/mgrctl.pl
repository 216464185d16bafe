#!/usr/bin/perl
# mgrctl of the BILLmanager simulator: hands its words to the daemon and prints what it answers.
# Like the real one it is a client of a local socket; Perl, because every Debian has it and a test needs no second executable of its own.
use strict;
use warnings;
use IO::Socket::UNIX;

my @words;
while (@ARGV) {
    my $word = shift @ARGV;
    if ($word eq '-e' && @ARGV) {    # -e 'name=$VARIABLE' takes the value from the environment
        my ($name, $variable) = split /=\$/, shift @ARGV, 2;
        $word = $name . '=' . ($ENV{ $variable // '' } // '');
    }
    push @words, $word;
}
my $daemon = IO::Socket::UNIX->new(Peer => '@SOCKET@');
if (!$daemon) {
    print STDERR "ERROR client(open): billmgr\n";
    exit 1;
}
binmode $daemon;
my $request = join '', map { length($_) . "\n" . $_ } (getppid(), $ENV{SSH_CONNECTION} // '', @words);
local $SIG{PIPE} = 'IGNORE';
$daemon->print($request);
$daemon->flush;
shutdown $daemon, 1;
my $answer = do { local $/; <$daemon> };
if (!defined $answer || $answer !~ s/\A(\d+)\n//) {
    print STDERR "ERROR client(read): billmgr\n";
    exit 1;
}
my $status = $1;
print $answer;
exit $status;
