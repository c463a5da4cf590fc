"""What people do while everything breaks; one story a file, each in threads of its own."""
