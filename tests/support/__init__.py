"""What the tests of the whole program share: processes, clients, the contract, the store's invariants."""
