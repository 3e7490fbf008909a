"""The adapter to the sandbox provider (`docs/sandbox-provider.md`)."""

from payments.gateways.sandbox.adapter import SandboxGateway

__all__ = ["SandboxGateway"]
