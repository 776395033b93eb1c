using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What is written on a container, and where its id is written.</summary>
internal sealed class IdentityFlags(FlagSet flags)
{
    private readonly TextFlag _name = flags.Add(new TextFlag("name", '\0', "Assign a name to the container") { OneDash = ["name"] });
    private readonly BoolFlag _replace = flags.Bool("replace", '\0', "Remove a container that has the name, and take its place");
    private readonly ListFlag _label = flags.List("label", 'l', "Set meta data on a container");
    private readonly ListFlag _labelFile = flags.List("label-file", '\0', "Read in a line delimited file of labels");
    private readonly ListFlag _annotation = flags.List("annotation", '\0', "Add an annotation to the container (passed through to the OCI runtime)");
    private readonly TextFlag _cidFile = flags.Text("cidfile", '\0', "Write the container ID to the file");

    public string? Name => _name.Value;

    public bool Replace => _replace.Value;

    public void Apply(ContainerSettings config, HostConfig hostConfig, HostView host)
    {
        // Files come before flags, whatever their order on the command line.
        foreach (string file in _labelFile.Values)
            foreach (string line in LineFile.Entries(file, host))
                Put(config.Labels ??= [], line);
        foreach (string label in _label.Values)
            Put(config.Labels ??= [], Named(label, _label));
        foreach (string annotation in _annotation.Values)
            Put(hostConfig.Annotations ??= [], Named(annotation, _annotation));
        hostConfig.ContainerIDFile = string.IsNullOrEmpty(_cidFile.Value) ? null : _cidFile.Value.StartsWith('/') ? _cidFile.Value : AbsolutePath.Clean($"{host.CurrentDirectory}/{_cidFile.Value}");
    }

    private static string Named(string entry, ListFlag flag)
        => entry.Length > 0 && entry[0] != '=' ? entry : throw new FlagException($"invalid argument \"{entry}\" for \"--{flag.Name}\" flag: invalid {flag.Name} '{entry}': empty name");

    private static void Put(Dictionary<string, string> map, string entry)
    {
        int equals = entry.IndexOf('=');
        map[equals < 0 ? entry : entry[..equals]] = equals < 0 ? "" : entry[(equals + 1)..];
    }
}
