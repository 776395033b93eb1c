using System.Buffers;
using System.Text;
using System.Text.Json;
using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Credentials kept for later, in a file of the form of containers-auth.json(5). What else stands in it stays.</summary>
internal sealed class CredentialStore(string file)
{
    private const string Auths = "auths";

    /// <summary>Where the look-up begins.</summary>
    public static CredentialStore OfEnvironment() => new(CredentialFiles.PlacesOfEnvironment()[0]);

    public string File => file;

    public void Keep(string registry, Credential credential) => Change(registry, credential);

    /// <returns>False: there were none.</returns>
    public bool Forget(string registry) => Change(registry, null);

    private bool Change(string registry, Credential? credential)
    {
        string directory = file[..Math.Max(file.LastIndexOf('/'), 1)];
        if (credential is not null)
            Mkdir.Parents(directory, 0x1C0);
        else if (Sys.Statx(At.AT_FDCWD, file, out _) != 0)
            return false;
        // The directory is what is locked: the file itself is replaced.
        using var held = Open.Directory(directory);
        LinuxException.Check(Sys.Flock(held.Number, FlockOperation.LOCK_EX), "flock", directory);
        var (content, had) = Edited(registry, credential);
        if (credential is not null || had)
            DurableFile.Write(file, content);
        return had;
    }

    private (byte[] Content, bool Had) Edited(string registry, Credential? credential)
    {
        using var document = Read();
        var buffer = new ArrayBufferWriter<byte>();
        bool had;
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1 }))
        {
            json.WriteStartObject();
            json.WriteStartObject(Auths);
            had = CopyEntries(document, registry, json);
            if (credential is not null)
            {
                json.WriteStartObject(registry);
                json.WriteString("auth", credential.Basic().Parameter);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            foreach (var property in document.RootElement.EnumerateObject())
                if (property.Name != Auths)
                    property.WriteTo(json);
            json.WriteEndObject();
        }
        return (buffer.WrittenSpan.ToArray(), had);
    }

    private bool CopyEntries(JsonDocument document, string registry, Utf8JsonWriter json)
    {
        bool had = false;
        if (!document.RootElement.TryGetProperty(Auths, out var auths) || auths.ValueKind == JsonValueKind.Null)
            return false;
        if (auths.ValueKind != JsonValueKind.Object)
            throw new SampanException(ErrorKind.Corrupt, $"{file}: auths: want an object");
        foreach (var entry in auths.EnumerateObject())
            if (CredentialKeys.IsOf(registry, entry.Name))
                had = true;
            else
                entry.WriteTo(json);
        return had;
    }

    private JsonDocument Read()
    {
        string text = SmallFile.ReadIfExists(file) is { Length: > 0 } there ? there : "{}";
        try
        {
            var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new SampanException(ErrorKind.Corrupt, $"{file}: want an object");
        }
        catch (JsonException e)
        {
            throw new SampanException(ErrorKind.Corrupt, $"{file}: not valid JSON", e);
        }
    }
}
