using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class PortVerb : Verb
{
    public override string Name => "port";

    public override string Arguments => "CONTAINER [PRIVATE_PORT[/PROTO]]";

    public override string Summary => "List port mappings or a specific mapping for the container";

    public override int Least => 1;

    public override int Most => 2;

    public override int Run(Session session, List<string> arguments)
    {
        session.Engine.Find(arguments[0]);
        if (arguments.Count == 1)
            return 0; // no container publishes any yet
        string[] parts = arguments[1].Split('/');
        if (parts.Length > 2 || !ushort.TryParse(parts[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ushort port) || port == 0
            || (parts.Length == 2 && parts[1] is not ("tcp" or "udp" or "sctp")))
            return session.Fail($"invalid port '{arguments[1]}': want a number from 1 to 65535, and perhaps /tcp, /udp or /sctp", 1);
        return session.Fail($"no public port '{port}/{(parts.Length == 2 ? parts[1] : "tcp")}' published for {arguments[0]}", 1);
    }
}
