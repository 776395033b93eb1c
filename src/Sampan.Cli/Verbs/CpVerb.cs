using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

internal sealed class CpVerb : Verb
{
    private readonly BoolFlag _archive;
    private readonly BoolFlag _follow;
    private readonly BoolFlag _quiet;

    public CpVerb()
    {
        _archive = Flags.Bool("archive", 'a', "Archive mode (copy all uid/gid information)");
        _follow = Flags.Bool("follow-link", 'L', "Always follow symbol link in SRC_PATH");
        _quiet = Flags.Bool("quiet", 'q', "Suppress the summary at the end, which only a terminal gets");
    }

    public override string Name => "cp";

    public override string Arguments => "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tsampan cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH";

    public override string Summary => "Copy files/folders between a container and the local filesystem\n\nUse '-' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse '-' as the destination to stream a tar archive of a\ncontainer source to stdout.";

    public override int Least => 2;

    public override int Most => 2;

    public override int Run(Session session, List<string> arguments)
    {
        if (arguments[0].Length == 0 || arguments[1].Length == 0)
            return session.Fail($"{(arguments[0].Length == 0 ? "source" : "destination")} can not be empty", 1);
        var (from, source) = Split(arguments[0]);
        var (to, target) = Split(arguments[1]);
        if (from is not null && to is not null)
            return session.Fail("copying between containers is not supported", 1);
        if (from is null && to is null)
            return session.Fail("must specify at least one container source", 1);
        var record = session.Engine.Find(from ?? to!);
        var options = new CopyOptions { Archive = _archive.Value, FollowLink = _follow.Value };
        long size;
        if (from is not null && target == "-")
        {
            if (Sys.IsTerminal(1))
                return session.Fail("cowardly refusing to write an archive to a terminal: redirect it", 1);
            using var stream = new BufferedStream(new FdStream(1, "to standard output"), WholeFile.Buffer);
            session.Engine.CopyOut(record, source, stream, options);
            return 0;
        }
        if (to is not null && source == "-")
        {
            session.Engine.CopyIn(record, new FdStream(0, "standard input"), target);
            return 0;
        }
        size = from is not null ? session.Engine.CopyOut(record, source, target, options) : session.Engine.CopyIn(record, source, target, options);
        if (!_quiet.Value && Sys.IsTerminal(1))
            session.Errors.Line($"Successfully copied {Human.Size(size)} to {arguments[1]}");
        return 0;
    }

    /// <summary><c>CONTAINER:PATH</c>, or a local path: one with a colon in its name is given as <c>./a:b</c>.</summary>
    private static (string? Container, string Path) Split(string argument)
    {
        int colon = argument.IndexOf(':');
        return colon < 0 || argument[0] is '/' or '.' ? (null, argument) : (argument[..colon], argument[(colon + 1)..]);
    }
}
