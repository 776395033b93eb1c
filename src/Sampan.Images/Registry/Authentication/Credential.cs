using System.Net.Http.Headers;
using System.Text;

namespace Sampan.Images;

/// <summary>What somebody is known by to a registry: a name and a password, or a token that stands for both.</summary>
internal sealed record Credential(string User, string Password)
{
    /// <summary>An OAuth 2 refresh token in place of a password.</summary>
    public string? IdentityToken { get; init; }

    public AuthenticationHeaderValue Basic() => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));

    // Records print their fields: this one must not, wherever it is printed.
    public override string ToString() => $"credential of {User}";
}

/// <summary>Where credentials come from.</summary>
internal interface ICredentialSource
{
    /// <param name="registry">As in references: <c>docker.io</c>, <c>localhost:5000</c>.</param>
    /// <param name="repository">Its path, for credentials of one namespace only; empty for none.</param>
    Credential? Find(string registry, string repository);

    /// <summary>Why nothing may have been found though something is kept; null: nothing went wrong.</summary>
    string? Problem => null;
}
