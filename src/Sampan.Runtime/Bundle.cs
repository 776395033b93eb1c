using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>A bundle read from its directory: runtime-spec 1.3, bundle.md.</summary>
public sealed class Bundle
{
    private Bundle(string path, Spec spec, ReadOnlyMemory<byte> json) => (Path, Spec, Json) = (path, spec, json);

    /// <summary>Absolute.</summary>
    public string Path { get; }

    public Spec Spec { get; }

    /// <summary>config.json as it was read.</summary>
    internal ReadOnlyMemory<byte> Json { get; }

    /// <summary>Absolute path of <c>root.path</c>.</summary>
    public string Rootfs => Spec.Root?.Path is { } root ? root.StartsWith('/') ? root : $"{Path}/{root}" : Path;

    /// <exception cref="SampanException">No config.json, or one that is not a specification; the message names the field.</exception>
    public static Bundle Read(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        string file = $"{path}/config.json";
        ReadOnlyMemory<byte> json;
        try
        {
            json = SmallFile.Bytes(file, JsonReading.Limit);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            throw new SampanException(ErrorKind.NotFound, $"JSON specification file {file} not found", e);
        }
        try
        {
            var spec = JsonReading.Read<Spec>(json);
            // runtime-spec 1.3, config.md, "Mounts": "Path values for bind mounts are either absolute or relative to the bundle".
            foreach (var mount in spec.Mounts ?? [])
            {
                if (mount.Source is { Length: > 0 } source && source[0] != '/' && MountOptions.Parse(mount) is { Bind: true, Remount: false })
                    mount.Source = $"{path}/{source}";
            }
            return new Bundle(path, spec, json);
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"{file}: {e.Message}", e);
        }
    }
}
