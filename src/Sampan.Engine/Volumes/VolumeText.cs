namespace Sampan.Engine;

/// <summary>One <c>-v</c>: <c>[source:]destination[:options]</c>, checked as far as that goes without looking at the host.</summary>
/// <param name="Source">A path, or the name of a volume; null: a volume without a name.</param>
public sealed record VolumeText(string? Source, string Destination, string Mode)
{
    public bool Writable { get; private init; } = true;

    public string Propagation { get; private init; } = "rprivate";

    public bool IsPath => Source is not null && Source.StartsWith('/');

    /// <exception cref="SampanException">Not a volume, in words that show what was given.</exception>
    public static VolumeText Parse(string text)
    {
        string[] parts = text.Split(':');
        (string? source, string destination, string mode) = parts.Length switch
        {
            1 => (null, parts[0], ""),
            // "a:ro" would be a relative destination: with two parts the second is always the destination.
            2 => (parts[0], parts[1], ""),
            3 => (parts[0], parts[1], parts[2]),
            _ => throw Invalid(text, "too many colons"),
        };
        if (source is { Length: 0 })
            throw Invalid(text, "empty section between colons");
        if (!destination.StartsWith('/'))
            throw Invalid(text, $"mount path \"{destination}\" must be absolute");
        destination = AbsolutePath.Clean(destination);
        if (destination == "/")
            throw Invalid(text, "the destination can't be '/'");
        if (source is not null && source.StartsWith('/'))
            source = AbsolutePath.Clean(source);
        else if (source is not null)
            CheckName(source, text);
        return Options(new VolumeText(source, destination, mode), text);
    }

    private static void CheckName(string source, string text)
    {
        if (!ContainerNames.IsValid(source))
            throw Invalid(text, $"\"{source}\" includes invalid characters for a volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed; if you intended to pass a host directory, use an absolute path");
    }

    private static VolumeText Options(VolumeText volume, string text)
    {
        bool access = false, propagation = false, label = false, copy = false, consistency = false;
        foreach (string option in volume.Mode.Split(',', StringSplitOptions.RemoveEmptyEntries))
            switch (option)
            {
                case "ro" or "rw" when !access:
                    access = true;
                    volume = volume with { Writable = option == "rw" };
                    break;
                case "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" when !propagation && volume.IsPath:
                    propagation = true;
                    volume = volume with { Propagation = option };
                    break;
                case "z" or "Z" when !label:
                    // Relabelling is for SELinux; where it is off there is nothing to do, as with Docker.
                    label = true;
                    break;
                case "nocopy" when !copy:
                    copy = true;
                    break;
                case "consistent" or "cached" or "delegated" or "default" when !consistency:
                    // Of Docker on other systems, where a volume is a copy.
                    consistency = true;
                    break;
                case "bind-nonrecursive" when volume.IsPath:
                    break;
                default:
                    throw Invalid(text, $"invalid mode: {volume.Mode}");
            }
        return volume;
    }

    private static SampanException Invalid(string text, string why) => new(ErrorKind.InvalidArgument, $"invalid volume specification: '{text}': {why}");
}
